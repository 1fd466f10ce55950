package dev.mnemo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;

/** How a gateway logs in to Redis, and whom it trusts there. */
class RedisAddressTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** In a url each of these would have to be escaped. */
    private static final String AWKWARD = "p@ss:w/rd#?%41";

    @Test
    void whatIsGivenBesideTheUrlWins() {
        RedisCredentials inUrl = login(new RedisAddress("redis://ann:one@host:1", "", "", "", null));
        assertThat(inUrl.getUsername()).isEqualTo("ann");
        assertThat(inUrl.getPassword()).containsExactly('o', 'n', 'e');

        RedisCredentials beside = login(new RedisAddress("redis://ann:one@host:1", "bob", AWKWARD, null, null));
        assertThat(beside.getUsername()).isEqualTo("bob");
        assertThat(beside.getPassword()).containsExactly(AWKWARD.toCharArray());

        RedisCredentials old = login(new RedisAddress("redis://host:1", null, AWKWARD, null, null));
        assertThat(old.getUsername()).as("Redis' default user").isNull();
    }

    @Test
    void sentinelsHaveAPasswordOfTheirOwnAndTheSameTls() {
        RedisURI group = new RedisAddress(
                        "rediss-sentinel://one:26379,two:26379/0#main", "mnemo", "data", "watch", null)
                .uris(TIMEOUT)
                .getFirst();

        assertThat(group.getSentinelMasterId()).isEqualTo("main");
        assertThat(group.isSsl()).isTrue();
        assertThat(credentials(group).getPassword()).containsExactly("data".toCharArray());
        assertThat(group.getSentinels()).hasSize(2).allSatisfy(sentinel -> {
            assertThat(sentinel.isSsl()).isTrue();
            assertThat(sentinel.isVerifyPeer()).isTrue();
            assertThat(credentials(sentinel).getPassword()).containsExactly("watch".toCharArray());
        });
    }

    @Test
    void eachNodeOfAClusterIsLoggedInToAlike() {
        List<RedisURI> nodes = new RedisAddress("redis://a:1, redis://b:2", "mnemo", AWKWARD, null, null).uris(TIMEOUT);
        assertThat(nodes)
                .hasSize(2)
                .allSatisfy(node -> assertThat(credentials(node).getUsername()).isEqualTo("mnemo"));
    }

    @Test
    void whatIsWrongIsSaidWithoutWhatIsSecret() {
        assertThatThrownBy(() -> RedisAddress.of("http://me:secret@host").uris(TIMEOUT))
                .hasMessageContaining("REDIS_URL")
                .hasMessageContaining("expected: redis://host:port")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> new RedisAddress("redis://host", "mnemo", null, null, null).uris(TIMEOUT))
                .hasMessageContaining("mnemo.redis.username: without a password");
        assertThatThrownBy(() -> new RedisAddress("rediss://host", null, null, null, Path.of("/no/ca.pem")).ssl())
                .hasMessageContaining("mnemo.redis.ca: /no/ca.pem cannot be read");
        assertThat(new RedisAddress("redis://me:secret@host", "mnemo", AWKWARD, AWKWARD, null))
                .asString()
                .doesNotContain("secret", AWKWARD);
    }

    @Test
    void aUserAndPasswordLogInWhateverTheyConsistOf() {
        TestRedis.Own own = new TestRedis.Own();
        try (RedisClient admin = RedisClient.create(own.url())) {
            admin.connect()
                    .sync()
                    .dispatch(
                            CommandType.ACL,
                            new StatusOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8)
                                    .addValues("SETUSER", "mnemo", "on", ">" + AWKWARD, "~mnemo:*", "+@all"));
            RedisLinks links = TestRedis.connected(links(new RedisAddress(own.url(), "mnemo", AWKWARD, null, null)));
            String answer = links.budget().send(redis -> redis.aclWhoami()).block(Duration.ofSeconds(5));
            assertThat(answer).isEqualTo("mnemo");
            links.closed().block();
        } finally {
            own.stop();
        }
    }

    @Test
    void aWrongPasswordIsToldOnceForEachLinkAndNotShown() throws Exception {
        TestRedis.Own own = new TestRedis.Own();
        Logger logger = (Logger) LoggerFactory.getLogger(RedisLinks.class);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                told.add(event.getFormattedMessage());
            }
        };
        appender.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(appender);
        RedisLinks links = links(new RedisAddress(own.url(), "nobody", AWKWARD, null, null));
        try {
            for (int link = 0; link < 3; link++) {
                String line;
                do {
                    // Now and then the client says first that its connection was closed.
                    line = told.poll(10, TimeUnit.SECONDS);
                    assertThat(line)
                            .contains("at " + URI.create(own.url()).getAuthority() + ": no connection yet")
                            .doesNotContain(AWKWARD);
                } while (!line.contains("WRONGPASS"));
            }
        } finally {
            links.closed().block();
            logger.detachAppender(appender);
            logger.setLevel(null);
            own.stop();
        }
    }

    @Test
    void whereRedisIsIsToldWithoutItsSecrets() {
        assertThat(where("redis://ada:secret@a:1/7")).isEqualTo("a:1");
        assertThat(where("redis-sentinel://:secret@a:1,b:2/0#main")).isEqualTo("a:1, b:2");
        assertThat(where("redis://:secret@a:1,redis://:secret@b:2")).isEqualTo("a:1, b:2");
    }

    private static String where(String url) {
        return RedisAddress.where(RedisAddress.of(url).uris(TIMEOUT));
    }

    @Test
    void anErrorThatSaysNothingIsToldByItsName() {
        assertThat(RedisLinks.cause(new IllegalStateException("outer", new ClosedChannelException())))
                .isEqualTo("ClosedChannelException");
        assertThat(RedisLinks.cause(new IllegalStateException("outer", new IOException("inner"))))
                .isEqualTo("inner");
    }

    @Test
    void aServersCertificateMustDescendFromTheGivenCa(@TempDir Path folder) throws Exception {
        try (Tls door = new Tls(folder, URI.create(TestRedis.url()))) {
            RedisLinks trusting = links(new RedisAddress(door.url(), null, null, null, door.ca()));
            TestRedis.connected(trusting);
            trusting.closed().block();

            RedisLinks strict = links(RedisAddress.of(door.url()));
            door.awaitRefusal();
            assertThat(strict.recall().isUp()).isFalse();
            strict.closed().block();
        }
    }

    private static RedisCredentials login(RedisAddress address) {
        return credentials(address.uris(TIMEOUT).getFirst());
    }

    private static RedisCredentials credentials(RedisURI uri) {
        return uri.getCredentialsProvider().resolveCredentials().block();
    }

    private static RedisLinks links(RedisAddress address) {
        return new RedisLinks(address, TIMEOUT, HttpResources.get().onServer(LoopResources.DEFAULT_NATIVE));
    }

    /** A door with TLS in front of a server, and a certificate that signs itself. Loopback only. */
    private static final class Tls implements AutoCloseable {

        private static final String PASSWORD = "changeit";

        private final Path ca;
        private final SSLServerSocket door;
        private final CountDownLatch refused = new CountDownLatch(1);

        Tls(Path folder, URI server) throws Exception {
            Path store = folder.resolve("store.p12");
            keytool(
                    "-genkeypair",
                    "-alias",
                    "redis",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=redis",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD);
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            ca = folder.resolve("ca.pem");
            Files.writeString(
                    ca,
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(keys.getCertificate("redis").getEncoded())
                            + "\n-----END CERTIFICATE-----\n",
                    StandardCharsets.US_ASCII);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), null, null);
            door = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> accept(server));
        }

        String url() {
            return "rediss://127.0.0.1:" + door.getLocalPort();
        }

        Path ca() {
            return ca;
        }

        void awaitRefusal() throws InterruptedException {
            assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        }

        private void accept(URI server) {
            try {
                while (true) {
                    Socket client = door.accept();
                    Thread.ofVirtual().start(() -> join(client, server));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void join(Socket client, URI server) {
            try (client;
                    Socket redis = new Socket(server.getHost(), server.getPort())) {
                Thread.ofVirtual().start(() -> copy(redis, client));
                client.getInputStream().transferTo(redis.getOutputStream());
            } catch (SSLException e) {
                refused.countDown();
            } catch (IOException e) {
                // One of the two has left.
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // One of the two has left.
            }
        }

        private static void keytool(String... arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
            command.addAll(List.of(arguments));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }
}
