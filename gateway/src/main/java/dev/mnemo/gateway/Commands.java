package dev.mnemo.gateway;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the jar does besides serving. */
final class Commands {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private static final String USAGE = """
            Usage: java -jar mnemo-gateway.jar [--setting=value ...]
                     serves; --mnemo.tenants=DIR, --server.port=8080 and the like override the environment

                   java -jar mnemo-gateway.jar check-tenants DIR [--strict]
                     checks a directory of tenant files; with --strict their credentials must be at hand too

                   java -jar mnemo-gateway.jar probe URL MANAGEMENT_URL
                     checks a gateway that runs, such as http://host:8080 http://host:9090;
                     with MNEMO_PROBE_KEY and MNEMO_PROBE_MODEL it makes one real call too

            Exit codes: 0 as it should be, 1 not so, 2 not called as above.""";

    private final Function<String, @Nullable String> environment;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * @param environment the value of a variable; null when it is not set
     */
    Commands(Function<String, @Nullable String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    static boolean isOne(String[] args) {
        return args.length > 0 && (!args[0].startsWith("--") || args[0].equals("--help"));
    }

    /** Returns the exit code. */
    int run(String[] args) {
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        return switch (args[0]) {
            case "check-tenants" -> {
                boolean strict = rest.contains("--strict");
                List<String> directories =
                        rest.stream().filter(arg -> !arg.equals("--strict")).toList();
                yield directories.size() == 1 && !directories.getFirst().startsWith("-")
                        ? new CheckTenants(environment, out, err).run(directories.getFirst(), strict)
                        : misused("check-tenants needs one directory");
            }
            case "probe" ->
                rest.size() == 2
                        ? new Probe(environment, out, err, Probe.PATIENCE).run(rest.get(0), rest.get(1))
                        : misused("probe needs two URLs");
            case "--help" -> {
                out.println(USAGE);
                yield OK;
            }
            default -> misused("no command: " + args[0]);
        };
    }

    private int misused(String why) {
        err.println(why + "\n\n" + USAGE);
        return MISUSED;
    }
}
