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
}
