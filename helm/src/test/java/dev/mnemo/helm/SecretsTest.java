package dev.mnemo.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the search for secrets finds them. */
class SecretsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spec: {containers: [{env: [{name: REDIS_PASSWORD, value: hunter2}]}]}",
                "spec: {containers: [{env: [{name: OPENAI_API_KEY, value: abc}]}]}",
                "spec: {containers: [{env: [{name: REDIS_URL, value: 'redis://default:hunter2@redis:6379'}]}]}",
                "spec: {containers: [{args: [redis-server, --requirepass, hunter2]}]}",
                "spec: {containers: [{args: [--password=hunter2]}]}",
                "data: {application.yml: 'redis: {password: hunter2}'}",
                "data: {application.yml: \"spring:\\n  redis:\\n    password: hunter2\\n\"}",
                "data: {acme.yaml: \"upstreams:\\n- credential: sk-1\\n\"}",
                "data: {acme.yaml: \"api-key = abc\"}",
                "metadata: {annotations: {note: sk-proj-0123456789abcdef0123}}",
                "data: {tls.key: \"-----BEGIN RSA PRIVATE KEY-----\"}",
            })
    void findsASecret(String part) {
        assertThat(Secrets.in(new Rendering("kind: Thing\n" + part))).hasSize(1);
    }

    @Test
    void findsNoneInReferences() {
        assertThat(Secrets.in(new Rendering("""
                kind: Thing
                metadata: {annotations: {secret: none}}
                spec:
                  containers:
                    - args: [redis-server, --requirepass, $(REDIS_PASSWORD)]
                      env:
                        - name: REDIS_PASSWORD
                          valueFrom: {secretKeyRef: {name: redis, key: redis-password}}
                        - {name: TOKEN_FILE, value: /etc/token}
                        - {name: REDIS_URL, value: "redis://redis:6379/0"}
                data:
                  acme.yaml: |
                    keys:
                      - {id: web, sha256: "00"}
                    upstreams:
                      - credential: ${OPENAI_API_KEY}
                      - credential: "${file:/etc/mnemo/credentials/openai}"
                    budgets:
                      limits:
                        - {name: day, per: user, tokens: 200k, every: day}
                """))).isEmpty();
    }
}
