package dev.mnemo.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.Fixtures;
import dev.mnemo.tenant.LiveTenants;
import dev.mnemo.tenant.MemoryPolicy;
import dev.mnemo.tenant.TenantCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ResolvableType;

/** Somebody else's gateway, which gives its tenants itself, or has no actuator. */
class GivenTenantsTest {

    @TempDir
    Path directory;

    private final ApplicationContextRunner gateway = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(MnemoAutoConfiguration.class))
            .withPropertyValues("mnemo.redis.url=redis://127.0.0.1:1");

    @Test
    void tenantsThatAreGivenAreServedAndNoFilesAreLookedFor() {
        TenantCatalog given = new TenantCatalog(List.of(Fixtures.tenant("theirs", MemoryPolicy.DEFAULT)));
        gateway.withBean(TenantCatalog.class, () -> given)
                .withPropertyValues("mnemo.tenants=/nowhere/at/all")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(LiveTenants.class);
                    Supplier<?> served = (Supplier<?>) context.getBeanProvider(
                                    ResolvableType.forClassWithGenerics(Supplier.class, TenantCatalog.class))
                            .getObject();
                    assertThat(served.get()).isSameAs(given);
                });
    }

    @Test
    void filesAreServedWhereThereIsNoActuator() throws IOException {
        Files.writeString(directory.resolve("acme.yaml"), """
                keys: [{id: web, sha256: %s}]
                upstreams: [{name: llm, speaks: [openai], url: "http://127.0.0.1:1"}]
                """.formatted("a".repeat(64)));
        gateway.withClassLoader(
                        new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
                .withPropertyValues("mnemo.tenants=" + directory, "mnemo.reload=0")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(TenantsEndpoint.class);
                    assertThat(context.getBean(LiveTenants.class).get().tenant("acme"))
                            .isNotNull();
                    assertThat(context.getBean("mnemoTenantsReload", Heartbeat.class)
                                    .isRunning())
                            .isFalse();
                });
    }
}
