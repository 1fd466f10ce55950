package dev.mnemo.bench;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** A Spring Cloud Gateway that passes everything through: one route, defaults otherwise. */
@SpringBootConfiguration
@EnableAutoConfiguration
public class PlainGateway {

    /** Arguments are Spring properties: the port, and the route's uri. */
    public static void main(String[] args) {
        SpringApplication.run(PlainGateway.class, args);
    }
}
