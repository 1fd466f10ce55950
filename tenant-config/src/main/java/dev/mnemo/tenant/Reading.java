package dev.mnemo.tenant;

import dev.mnemo.tenant.Problems.Once;
import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** All files of a directory as they were read after one look, and whether they go together. Immutable. */
final class Reading {

    private static final Comparator<TenantProblem> BY_PLACE =
            Comparator.comparingInt(TenantProblem::line).thenComparingInt(TenantProblem::column);

    private final Look look;
    private final boolean settled;
    private final SortedMap<String, TenantFile> files;
    private final List<TenantProblem> problems;

    /**
     * @param settled whether the look was quiet, so that what it saw again has the same content
     */
    Reading(Look look, boolean settled, SortedMap<String, TenantFile> files) {
        this.look = look;
        this.settled = settled;
        this.files = files;
        this.problems = check(files.values());
    }

    /** What is wrong in each file, and with all of them together: here stands every check that needs more than one. */
    private List<TenantProblem> check(Collection<TenantFile> all) {
        if (all.isEmpty()) {
            Problems none = new Problems(look.directory().toString());
            none.add("no tenant files", "Put a file such as acme.yaml in it, one for each tenant.");
            return none.found();
        }
        List<TenantProblem> found = new ArrayList<>();
        Map<String, String> fileOfId = new HashMap<>();
        Map<String, String> owners = new HashMap<>();
        for (TenantFile file : all) {
            Problems here = new Problems(file.name());
            String other = fileOfId.putIfAbsent(file.id(), file.name());
            if (other != null) {
                here.add("the same tenant as " + other, "Keep one of the two files.");
            }
            for (Once once : file.once()) {
                String owner = owners.putIfAbsent(once.value(), file.name() + " " + once.path());
                if (owner != null) {
                    here.add(once.line(), once.column(), once.path(), once.message() + " " + owner, once.fix());
                }
            }
            if (here.size() == 0 && file.problems().isEmpty()) {
                continue;
            }
            here.found().addAll(file.problems());
            here.found().stream().sorted(BY_PLACE).forEach(found::add);
        }
        return List.copyOf(found);
    }

    Look look() {
        return look;
    }

    boolean settled() {
        return settled;
    }

    SortedMap<String, TenantFile> files() {
        return files;
    }

    /** By file, in the order of the text; empty when the files can be used. */
    List<TenantProblem> problems() {
        return problems;
    }

    /**
     * @throws TenantProblemsException when there are any
     */
    TenantCatalog catalog() {
        if (!problems.isEmpty()) {
            throw new TenantProblemsException(problems);
        }
        return new TenantCatalog(files.values().stream()
                .map(TenantFile::tenant)
                .map(Objects::requireNonNull)
                .toList());
    }

    /** The paths of the files that credentials come from. */
    Set<String> credentialFiles() {
        return files.values().stream()
                .flatMap(file -> file.sources().keySet().stream())
                .filter(Credentials::isFile)
                .collect(Collectors.toSet());
    }

    /** How many credentials' sources were absent, and let pass. */
    int absent() {
        return (int) files.values().stream()
                .flatMap(file -> file.sources().values().stream())
                .filter(Objects::isNull)
                .count();
    }

    /** Of all files' hashes and names, as {@code sha256sum *.y*ml | sha256sum} prints it in the C locale. */
    String sha256() {
        StringBuilder sums = new StringBuilder();
        for (TenantFile file : files.values()) {
            sums.append(file.sha256()).append("  ").append(file.name()).append('\n');
        }
        return TenantLoader.sha256(sums.toString().getBytes(StandardCharsets.UTF_8));
    }
}
