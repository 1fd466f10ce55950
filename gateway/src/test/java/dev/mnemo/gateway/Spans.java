package dev.mnemo.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** A collector of traces that speaks OTLP over HTTP, and reads just enough of protobuf to know spans. */
final class Spans implements AutoCloseable {

    /**
     * One span as it was sent.
     *
     * @param parent empty for one without
     * @param kind 1 internal, 2 server, 3 client
     * @param attributes strings, numbers and truths as text
     */
    record Span(
            String trace,
            String id,
            String parent,
            String name,
            int kind,
            long start,
            long end,
            Map<String, String> attributes,
            List<String> events,
            boolean failed) {}

    private final HttpServer server;
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();

    Spans() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        bodies.add(exchange.getRequestBody().readAllBytes());
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    /** Everything that was sent, byte for byte. */
    String raw() {
        StringBuilder all = new StringBuilder();
        bodies.forEach(body -> all.append(new String(body, StandardCharsets.UTF_8)));
        return all.toString();
    }

    List<Span> all() {
        List<Span> spans = new ArrayList<>();
        for (byte[] body : bodies) {
            fields(
                    body,
                    (resources, resource) -> fields(resource.bytes(), (inResource, scope) -> {
                        if (inResource == 2) {
                            fields(scope.bytes(), (inScope, span) -> {
                                if (inScope == 2) {
                                    spans.add(span(span.bytes()));
                                }
                            });
                        }
                    }));
        }
        return spans;
    }

    private static Span span(byte[] message) {
        Map<Integer, Value> once = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        List<String> events = new ArrayList<>();
        fields(message, (field, value) -> {
            switch (field) {
                case 9 -> attribute(value.bytes(), attributes);
                case 11 ->
                    fields(value.bytes(), (inEvent, part) -> {
                        if (inEvent == 2) {
                            events.add(part.text());
                        }
                    });
                default -> once.put(field, value);
            }
        });
        Value none = new Value(0, new byte[0]);
        boolean[] failed = new boolean[1];
        fields(once.getOrDefault(15, none).bytes(), (field, value) -> failed[0] |= field == 3 && value.number() == 2);
        HexFormat hex = HexFormat.of();
        return new Span(
                hex.formatHex(once.getOrDefault(1, none).bytes()),
                hex.formatHex(once.getOrDefault(2, none).bytes()),
                hex.formatHex(once.getOrDefault(4, none).bytes()),
                once.getOrDefault(5, none).text(),
                (int) once.getOrDefault(6, none).number(),
                once.getOrDefault(7, none).number(),
                once.getOrDefault(8, none).number(),
                attributes,
                events,
                failed[0]);
    }

    private static void attribute(byte[] pair, Map<String, String> into) {
        String[] name = new String[1];
        fields(pair, (field, value) -> {
            if (field == 1) {
                name[0] = value.text();
            } else {
                fields(
                        value.bytes(),
                        (type, any) -> into.put(
                                name[0],
                                switch (type) {
                                    case 1, 5 -> any.text();
                                    case 4 -> String.valueOf(Double.longBitsToDouble(any.number()));
                                    default -> String.valueOf(any.number());
                                }));
            }
        });
    }

    private record Value(long number, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static void fields(byte[] message, BiConsumer<Integer, Value> each) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            Value value = switch (tag & 7) {
                case 0 -> new Value(varint(in), new byte[0]);
                case 1 -> new Value(in.getLong(), new byte[0]);
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    yield new Value(0, bytes);
                }
                case 5 -> new Value(in.getInt(), new byte[0]);
                default -> throw new IllegalStateException("wire type of " + tag);
            };
            each.accept(tag >>> 3, value);
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
