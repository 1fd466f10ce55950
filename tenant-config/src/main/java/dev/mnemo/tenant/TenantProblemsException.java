package dev.mnemo.tenant;

import java.util.List;
import java.util.stream.Collectors;

/** All that is wrong in a directory of tenant files; its message has one problem a line. */
public final class TenantProblemsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<TenantProblem> problems;

    public TenantProblemsException(List<TenantProblem> problems) {
        super(problems.stream().map(TenantProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** By file, in the order of the text; never empty. */
    public List<TenantProblem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong in a tenant file. It holds no credential, key or hash.
     *
     * @param file the file's name, or the directory
     * @param line from 1; 0 when the problem is the file's as a whole
     * @param column from 1; 0 when the problem is the file's as a whole
     * @param path of the member, such as {@code budgets.limits[0].every}; empty for the file itself
     * @param message what is wrong, without a full stop
     * @param fix what to do; a sentence, or empty
     */
    public record TenantProblem(String file, int line, int column, String path, String message, String fix) {

        /** {@code acme.yaml:12:5 memory.recnt: unknown member. Did you mean "recent"?} */
        @Override
        public String toString() {
            String place = line == 0 ? file + ":" : file + ":" + line + ":" + column;
            String what = path.isEmpty() ? message : path + ": " + message;
            return place + " " + what + "." + (fix.isEmpty() ? "" : " " + fix);
        }
    }
}
