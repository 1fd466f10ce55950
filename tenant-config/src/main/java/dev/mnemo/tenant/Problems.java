package dev.mnemo.tenant;

import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong in one file. */
final class Problems {

    private final String file;
    private final List<TenantProblem> found = new ArrayList<>();

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

    int size() {
        return found.size();
    }

    String file() {
        return file;
    }

    List<TenantProblem> found() {
        return found;
    }
}
