package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TenantSchemaTest {

    @Test
    void theSchemaInTheDocsIsTheReaders() throws IOException {
        Golden.check(Path.of("../docs/tenant.schema.json"), TenantSchema.text());
    }

    @Test
    void noObjectOfTheSchemaIsOpen() {
        assertThat(TenantSchema.text().split("\"type\" : \"object\"", -1))
                .hasSameSizeAs(TenantSchema.text().split("\"additionalProperties\" : false", -1));
    }
}
