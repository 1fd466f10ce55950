package dev.mnemo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** The rules of the design that a compiler does not know. */
class ArchitectureTest {

    private static final JavaClasses MNEMO =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.mnemo");

    private static final List<String> FEATURES =
            List.of("identity", "memory", "budget", "upstream", "metrics", "experiment");

    @Test
    void importsRunOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.mnemo..")
                .layer("tenant")
                .definedBy("dev.mnemo.tenant")
                .layer("redis")
                .definedBy("dev.mnemo.redis")
                .layer("retrieval")
                .definedBy("dev.mnemo.retrieval")
                .layer("patterns")
                .definedBy("dev.mnemo.patterns")
                .layer("text")
                .definedBy("dev.mnemo.text")
                .layer("json")
                .definedBy("dev.mnemo.json")
                .layer("sse")
                .definedBy("dev.mnemo.sse")
                .layer("seal")
                .definedBy("dev.mnemo.seal")
                .layer("dialect")
                .definedBy("dev.mnemo.dialect")
                .layer("call")
                .definedBy("dev.mnemo.call")
                .layer("features")
                .definedBy(FEATURES.stream().map(f -> "dev.mnemo." + f).toArray(String[]::new))
                .layer("api")
                .definedBy("dev.mnemo.api")
                .layer("autoconfigure")
                .definedBy("dev.mnemo.autoconfigure")
                .whereLayer("autoconfigure")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("api")
                .mayOnlyBeAccessedByLayers("autoconfigure")
                .whereLayer("features")
                .mayOnlyBeAccessedByLayers("api", "autoconfigure")
                .whereLayer("call")
                .mayOnlyBeAccessedByLayers("features", "api", "autoconfigure")
                .whereLayer("dialect")
                .mayOnlyBeAccessedByLayers("call", "features", "api", "autoconfigure")
                .whereLayer("json")
                .mayOnlyBeAccessedByLayers("dialect", "call", "features", "api", "autoconfigure")
                .whereLayer("sse")
                .mayOnlyBeAccessedByLayers("dialect")
                .whereLayer("seal")
                .mayOnlyBeAccessedByLayers("features", "api", "autoconfigure")
                .whereLayer("retrieval")
                .mayOnlyBeAccessedByLayers("features", "api", "autoconfigure")
                .whereLayer("patterns")
                .mayOnlyBeAccessedByLayers("features", "api", "autoconfigure")
                .whereLayer("text")
                .mayOnlyBeAccessedByLayers("retrieval", "patterns")
                .whereLayer("redis")
                .mayOnlyBeAccessedByLayers("features", "api", "autoconfigure")
                .check(MNEMO);
    }

    @Test
    void featuresDoNotKnowEachOther() {
        for (String feature : FEATURES) {
            String[] others = FEATURES.stream()
                    .filter(other -> !other.equals(feature))
                    .map(other -> "dev.mnemo." + other)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.mnemo." + feature)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(MNEMO);
        }
    }

    @Test
    void noPackageIsInACycle() {
        slices().matching("dev.mnemo.(*)..").should().beFreeOfCycles().check(MNEMO);
    }

    @Test
    void theLeavesKnowNeitherSpringNorReactor() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.mnemo.json",
                        "dev.mnemo.sse",
                        "dev.mnemo.dialect",
                        "dev.mnemo.retrieval",
                        "dev.mnemo.patterns",
                        "dev.mnemo.text",
                        "dev.mnemo.tenant")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "reactor..", "io.netty..")
                .check(MNEMO);
    }

    @Test
    void sealingKnowsNothingButTheTenantsKeys() {
        noClasses()
                .that()
                .resideInAPackage("dev.mnemo.seal")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.mnemo.seal", "dev.mnemo.tenant", "java..", "javax.crypto..", "org.jspecify..")
                .check(MNEMO);
    }

    @Test
    void onlyAutoconfigureKnowsSpringBoot() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mnemo.autoconfigure", "dev.mnemo.gateway")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework.boot..")
                .check(MNEMO);
    }

    @Test
    void nothingSubscribesInTheMiddle() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.mnemo.call.Detached")
                .and()
                .resideOutsideOfPackages("dev.mnemo.redis", "dev.mnemo.autoconfigure")
                .should()
                .callMethodWhere(targets(Publisher.class, Set.of("subscribe")))
                .check(MNEMO);
    }

    @Test
    void nothingBlocksOrReadsAClock() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mnemo.autoconfigure")
                .should()
                .callMethodWhere(targets(Publisher.class, Set.of("block", "blockFirst", "blockLast", "toFuture")))
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(MNEMO);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
                .check(MNEMO);
    }

    private static DescribedPredicate<JavaAccess<?>> targets(Class<?> type, Set<String> names) {
        return DescribedPredicate.describe(
                names + " of a " + type.getSimpleName(),
                access -> names.contains(access.getTarget().getName())
                        && access.getTarget().getOwner().isAssignableTo(type));
    }
}
