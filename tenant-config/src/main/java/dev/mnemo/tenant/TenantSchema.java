package dev.mnemo.tenant;

import dev.mnemo.tenant.Shape.Group;
import dev.mnemo.tenant.Shape.Member;
import dev.mnemo.tenant.Shape.One;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON Schema of a tenant file, for editors. */
public final class TenantSchema {

    private TenantSchema() {}

    /** Draft 2020-12, indented, ending with a line break; the same text each time. */
    public static String text() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Mnemo tenant");
        schema.putAll(of(Shapes.TENANT));
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        return mapper.writeValueAsString(schema).replace("\r\n", "\n") + "\n";
    }

    private static Map<String, Object> of(Shape shape) {
        Map<String, Object> schema = new LinkedHashMap<>();
        switch (shape) {
            case Shape.Text text -> {
                schema.put("type", "string");
                schema.put("pattern", "^" + text.pattern() + "$");
            }
            case Shape.Choice choice ->
                schema.put(
                        "enum",
                        choice.values().stream().flatMap(TenantSchema::read).toList());
            case Shape.Amount amount -> {
                schema.put("type", List.of("integer", "string"));
                schema.put("minimum", amount.least());
                schema.put("maximum", amount.most());
                schema.put("pattern", "^" + Scalars.AMOUNT + "$");
            }
            case Shape.Dollars dollars -> {
                schema.put("type", List.of("number", "string"));
                schema.put("minimum", dollars.dollars(dollars.least()));
                schema.put("maximum", dollars.dollars(dollars.most()));
                schema.put("pattern", "^" + Scalars.DOLLARS + "$");
            }
            case Shape.Credential credential -> {
                schema.put("type", "string");
                schema.put("minLength", 1);
            }
            case Shape.Share share -> {
                schema.put("type", "string");
                schema.put("pattern", "^" + (share.decimals() == 0 ? Scalars.SHARE : Scalars.FINE_SHARE) + "$");
            }
            case Shape.Time time -> {
                schema.put("type", "string");
                schema.put("pattern", "^" + Scalars.TIME + "$");
            }
            case Shape.ListOf list
            when list.alone() -> schema.put("oneOf", List.of(of(list.item()), of(new Shape.ListOf(list.item()))));
            case Shape.ListOf list -> {
                schema.put("type", "array");
                schema.put("minItems", 1);
                schema.put("items", of(list.item()));
            }
            case Group group -> members(group, schema);
        }
        return schema;
    }

    private static void members(Group group, Map<String, Object> schema) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Member member : group.members()) {
            Map<String, Object> property = new LinkedHashMap<>();
            property.put("description", member.description());
            property.putAll(of(member.shape()));
            String fallback = member.fallback();
            if (fallback != null) {
                property.put("default", member.shape() instanceof Shape.ListOf ? List.of(fallback) : plain(fallback));
            }
            properties.put(member.name(), property);
        }
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        List<String> required = group.members().stream()
                .filter(Member::required)
                .map(Member::name)
                .toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        if (!group.oneOf().isEmpty()) {
            schema.put("oneOf", group.oneOf().stream().map(TenantSchema::one).toList());
        }
        if (!group.anyOf().isEmpty()) {
            schema.put(
                    "anyOf",
                    group.anyOf().stream()
                            .map(name -> Map.of("required", List.of(name)))
                            .toList());
        }
        schema.put("properties", properties);
    }

    private static Map<String, Object> one(One one) {
        Map<String, Object> schema = new LinkedHashMap<>();
        List<String> required = new ArrayList<>(List.of(one.name()));
        required.addAll(one.needs());
        schema.put("required", required);
        if (!one.bars().isEmpty()) {
            Map<String, Object> properties = new LinkedHashMap<>();
            one.bars().forEach(name -> properties.put(name, false));
            schema.put("properties", properties);
        }
        return schema;
    }

    /** Editors that speak YAML 1.1 read {@code off} as false. */
    private static Stream<Object> read(String value) {
        return value.equals("off") ? Stream.of(value, false) : Stream.of(plain(value));
    }

    /** As YAML reads it: {@code true} is no string. */
    private static Object plain(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> text.matches("[0-9]{1,9}") ? (Object) Integer.valueOf(text) : text;
        };
    }
}
