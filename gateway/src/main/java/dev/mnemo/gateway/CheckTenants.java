package dev.mnemo.gateway;

import dev.mnemo.tenant.TenantLoader;
import dev.mnemo.tenant.TenantLoader.Checked;
import dev.mnemo.tenant.TenantProblemsException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code check-tenants}: says what a gateway would say of a directory of tenant files. */
final class CheckTenants {

    private final TenantLoader loader;
    private final PrintStream out;
    private final PrintStream err;

    CheckTenants(Function<String, @Nullable String> environment, PrintStream out, PrintStream err) {
        this.loader = new TenantLoader(environment);
        this.out = out;
        this.err = err;
    }

    /**
     * @param strict whether variables and files that credentials come from must be here
     */
    int run(String directory, boolean strict) {
        try {
            Checked checked = loader.check(Path.of(directory), strict);
            out.println(count(checked.tenants(), "tenant") + ": ok");
            if (checked.absent() > 0) {
                out.println(
                        count(checked.absent(), "credential") + " not checked: absent here (--strict demands them)");
            }
            return Commands.OK;
        } catch (TenantProblemsException e) {
            err.println(e.getMessage());
            return Commands.FAILED;
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
