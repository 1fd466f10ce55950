package dev.mnemo.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

    @Test
    void aLimitHasOneUnitAndAWindowButForCallsInFlight() {
        JsonNode limit = schema().at("/properties/budgets/properties/limits/items");

        assertThat(limit.get("oneOf").toString())
                .isEqualTo("[{\"required\":[\"tokens\",\"every\"]},{\"required\":[\"input-tokens\",\"every\"]},"
                        + "{\"required\":[\"output-tokens\",\"every\"]},{\"required\":[\"usd\",\"every\"]},"
                        + "{\"required\":[\"requests\",\"every\"]},"
                        + "{\"required\":[\"in-flight\"],\"properties\":{\"every\":false,\"zone\":false}}]");
        assertThat(limit.get("required").toString()).isEqualTo("[\"name\",\"per\"]");
    }

    @Test
    void sharesAndDollarsAreDescribed() {
        JsonNode limit = schema().at("/properties/budgets/properties/limits/items/properties");
        JsonNode price = schema().at("/properties/models/items/properties/price");

        assertThat("90%").matches(limit.at("/warn/pattern").asString());
        assertThat("90").doesNotMatch(limit.at("/warn/pattern").asString());
        assertThat("2.50").matches(limit.at("/usd/pattern").asString());
        assertThat("$2.50").doesNotMatch(limit.at("/usd/pattern").asString());
        assertThat(limit.at("/usd/maximum").asLong()).isEqualTo(9_007_199);
        assertThat(limit.at("/usd/minimum").asDouble()).isEqualTo(1e-9);
        assertThat(price.get("required").toString()).isEqualTo("[\"input\",\"output\"]");
        assertThat(price.at("/properties/cached/maximum").asLong()).isEqualTo(10_000);
    }

    @Test
    void aKeyOrAListOfThemSealsAndOffMayBeReadAsFalse() {
        JsonNode memory = schema().at("/properties/memory/properties");

        assertThat(memory.at("/seal/oneOf").toString())
                .isEqualTo("[{\"type\":\"string\",\"minLength\":1},"
                        + "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\",\"minLength\":1}}]");
        assertThat(memory.at("/retrieve/enum").toString()).isEqualTo("[\"off\",false,\"conversation\",\"turn\"]");
        assertThat(memory.at("/summary/required").toString()).isEqualTo("[\"model\",\"upstream\"]");
        assertThat("0.5%").matches(memory.at("/holdout/pattern").asString());
        assertThat("0.005%").doesNotMatch(memory.at("/holdout/pattern").asString());
    }

    private static JsonNode schema() {
        return JsonMapper.shared().readTree(TenantSchema.text());
    }
}
