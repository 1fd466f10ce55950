package dev.mnemo.gateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The ready gateway. It holds no logic: routes and settings stand in {@code application.yml}. */
@SpringBootApplication
public class MnemoGateway {

    /** Serves; or does what a first word that is no {@code --option} names, without starting anything. */
    public static void main(String[] args) {
        if (Commands.isOne(args)) {
            System.exit(new Commands(System::getenv, System.out, System.err).run(args));
        }
        ExitCode.ofAStopIsZero();
        SpringApplication.run(MnemoGateway.class, args);
    }
}
