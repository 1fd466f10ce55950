package dev.mnemo.tenant;

/** What an upstream speaks. */
public enum Protocol {
    OPENAI,
    ANTHROPIC,
    GEMINI,
    OLLAMA
}
