package dev.mnemo.tenant;

import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong in one file, and what must not stand in another. */
final class Problems {

    private final String file;
    private final List<TenantProblem> found = new ArrayList<>();

    private final List<Once> once = new ArrayList<>();

    /**
     * What may stand in one place of all files.
     *
     * @param value told apart by
     * @param message of the problem, but for the place where it stands too
     */
    record Once(String value, int line, int column, String path, String message, String fix) {}

    Problems(String file) {
        this.file = file;
    }

    void add(String message, String fix) {
        found.add(new TenantProblem(file, 0, 0, "", message, fix));
    }

    void add(Node at, String path, String message, String fix) {
        add(at.line(), at.column(), path, message, fix);
    }

    void add(int line, int column, String path, String message, String fix) {
        found.add(new TenantProblem(file, line, column, path, message, fix));
    }

    void once(Node at, String path, String value, String message, String fix) {
        once.add(new Once(value, at.line(), at.column(), path, message, fix));
    }

    int size() {
        return found.size();
    }

    List<TenantProblem> found() {
        return found;
    }

    List<Once> once() {
        return once;
    }
}
