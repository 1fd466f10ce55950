package dev.mnemo.tenant;

import java.util.List;

/** A piece of a YAML document that knows where it stands; lines and columns count from 1. */
sealed interface Node {

    int line();

    int column();

    /** A scalar by its text: {@code off}, {@code 010} and {@code ~} mean what they read. */
    record Scalar(String text, int line, int column) implements Node {
        /** Without the text, which may be a credential. */
        @Override
        public String toString() {
            return "Scalar[" + line + ":" + column + "]";
        }
    }

    record Sequence(List<Node> items, int line, int column) implements Node {}

    record Mapping(List<Entry> entries, int line, int column) implements Node {}

    record Entry(Scalar key, Node value) {}
}
