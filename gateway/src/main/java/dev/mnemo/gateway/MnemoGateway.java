package dev.mnemo.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The ready gateway. It holds no logic: routes and settings stand in {@code application.yml}. */
@SpringBootApplication
public class MnemoGateway {
    public static void main(String[] args) {
        SpringApplication.run(MnemoGateway.class, args);
    }
}
