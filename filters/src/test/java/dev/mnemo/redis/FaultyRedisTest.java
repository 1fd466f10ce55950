package dev.mnemo.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.redis.FaultyRedis.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The faults of other tests are what they say they are. */
class FaultyRedisTest {

    private static final Duration DELAY = Duration.ofMillis(200);

    private final String key = TestRedis.fresh("faulty");
    private final FaultyRedis faulty = new FaultyRedis(TestRedis.url(), DELAY, 1);

    @AfterEach
    void end() {
        faulty.close();
    }

    @Test
    void aReplyThatIsSwallowedIsNeverHeardThoughItsCommandWasDone() throws Exception {
        try (Socket socket = connect()) {
            assertThat(increment(socket)).isEqualTo(":1");
            faulty.mode(Mode.SWALLOW);

            assertThatThrownBy(() -> increment(socket)).isInstanceOf(SocketTimeoutException.class);
            assertThat(TestRedis.commands().get(key)).isEqualTo("2");

            faulty.mode(Mode.PASS);
            assertThat(isOver(socket)).isTrue();
            assertThat(faulty.lost()).isEqualTo(1);
        }
    }

    @Test
    void aBlackHoleLetsOutLateWhatWentIntoIt() throws Exception {
        try (Socket socket = connect()) {
            faulty.mode(Mode.BLACK_HOLE);

            assertThatThrownBy(() -> increment(socket)).isInstanceOf(SocketTimeoutException.class);
            assertThat(TestRedis.commands().get(key)).isNull();

            faulty.mode(Mode.PASS);
            assertThat(line(socket)).isEqualTo(":1");
        }
    }

    @Test
    void aReplyThatIsDelayedComesLate() throws Exception {
        try (Socket socket = connect()) {
            socket.setSoTimeout(10_000);
            faulty.mode(Mode.DELAY);
            long asked = System.nanoTime();

            assertThat(increment(socket)).isEqualTo(":1");

            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(DELAY);
        }
    }

    @Test
    void someRepliesAreTornOffAndTheirConnectionsWithThem() throws Exception {
        faulty.mode(Mode.TEAR);
        int heard = 0;
        for (int i = 0; i < 64; i++) {
            try (Socket socket = connect()) {
                heard += increment(socket).isEmpty() ? 0 : 1;
            } catch (IOException torn) {
                // As it may be.
            }
        }

        assertThat(TestRedis.commands().get(key)).isEqualTo("64");
        assertThat(heard).isBetween(1, 63);
        assertThat(faulty.lost()).isEqualTo(64 - heard);
    }

    @Test
    void aCutEndsWhatIsConnectedAndWhatConnects() throws Exception {
        try (Socket socket = connect()) {
            assertThat(increment(socket)).isEqualTo(":1");
            faulty.mode(Mode.CUT);

            assertThat(isOver(socket)).isTrue();
        }
        try (Socket late = connect()) {
            assertThat(isOver(late)).isTrue();
        }
        faulty.mode(Mode.PASS);
        try (Socket again = connect()) {
            assertThat(increment(again)).isEqualTo(":2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void itEndsInWhateverMode(Mode mode) throws Exception {
        try (Socket socket = connect()) {
            faulty.mode(mode);
            faulty.close();

            assertThat(isOver(socket)).isTrue();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(faulty.url()).getPort());
        socket.setSoTimeout(100);
        return socket;
    }

    private String increment(Socket socket) throws IOException {
        socket.getOutputStream().write(("INCR " + key + "\r\n").getBytes(US_ASCII));
        return line(socket);
    }

    /** Empty where the connection ends. */
    private static String line(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static boolean isOver(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }
}
