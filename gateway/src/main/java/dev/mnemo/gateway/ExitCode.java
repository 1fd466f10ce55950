package dev.mnemo.gateway;

import java.lang.reflect.Proxy;
import java.util.List;

/**
 * A stop that was asked for is no failure: its exit code is 0. A JVM that ends by a signal exits with 143 (SIGTERM) or 130
 * (SIGINT), however orderly, and a container's runtime shows that as an error.
 *
 * <p>The signals then do what they always do, which is to begin an orderly exit with all shutdown hooks, also while the
 * process is still starting, but with another code. A second signal waits, as ever, for the end that the first has begun. A
 * start that fails keeps its own exit code.
 */
final class ExitCode {

    private ExitCode() {}

    /** Where the JVM leaves its signals to others (as with {@code -Xrs}) or has no such class, all stays as it is. */
    static void ofAStopIsZero() {
        // By reflection: the class is exported and meant for this, yet compilers warn of it in a way that nothing
        // silences.
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object exit = Proxy.newProxyInstance(
                    ExitCode.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            System.exit(0);
                        }
                        return null;
                    });
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), exit);
            }
        } catch (ReflectiveOperationException e) {
            // It exits as other JVMs do.
        }
    }
}
