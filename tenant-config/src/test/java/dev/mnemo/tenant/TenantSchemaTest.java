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
    void theSchemaIsClosed() {
        assertThat(TenantSchema.text().split("\"type\" : \"object\"", -1).length)
                .isEqualTo(TenantSchema.text().split("\"additionalProperties\" : false", -1).length);
    }
}
