package dev.mnemo.redis;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network between a client and Redis that fails as a test says, and no otherwise: a change of mode holds for every byte
 * that is not yet through. Thread-safe.
 */
public final class FaultyRedis implements AutoCloseable {

    /** What becomes of what is sent. */
    public enum Mode {
        PASS,
        /** Commands reach Redis, their replies are lost; when the mode ends, so do the connections that lost one. */
        SWALLOW,
        /** As {@link #SWALLOW}, but of the replies to some commands only, whose connections end at once. */
        TEAR,
        /** Every connection is closed, and each new one at once. */
        CUT,
        /** Replies come late; those that wait come when the mode ends. */
        DELAY,
        /** Connections are accepted, and nothing is read; what was sent arrives, late, when the mode ends. */
        BLACK_HOLE
    }

    private enum Fate {
        PASSES,
        IS_LOST,
        ENDS
    }

    private final int redis;
    private final Duration delay;
    private final Random random;
    private final ServerSocket server;
    private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Mode mode = Mode.PASS;
    private long lost;

    /**
     * @param url of the Redis behind it, on this machine
     * @param delay of a reply, in {@link Mode#DELAY}
     * @param seed of which replies are lost, in {@link Mode#TEAR}
     */
    public FaultyRedis(String url, Duration delay, long seed) {
        this.redis = RedisURI.create(url).getPort();
        this.delay = delay;
        this.random = new Random(seed);
        try {
            server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "redis://127.0.0.1:" + server.getLocalPort();
    }

    /** From here on; connections that cannot live on are closed when it returns. */
    public void mode(Mode next) {
        lock.lock();
        try {
            mode = next;
            changed.signalAll();
            wires.stream().filter(wire -> next == Mode.CUT || wire.torn).forEach(Wire::close);
        } finally {
            lock.unlock();
        }
    }

    /** How many pieces of replies were lost, for a test that wants to be sure that it tests. */
    public long lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> join(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void join(Socket client) {
        try {
            Wire wire = new Wire(client, new Socket(InetAddress.getLoopbackAddress(), redis));
            wires.add(wire);
            Thread.ofVirtual().start(() -> wire.carry(client, wire.server, false));
            wire.carry(wire.server, client, true);
        } catch (IOException noRedis) {
            closed(client);
        }
    }

    /** Two sockets, and the bytes between them. */
    private final class Wire {

        private final Socket client;
        private final Socket server;
        private boolean torn;

        private Wire(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void carry(Socket from, Socket to, boolean replies) {
            byte[] piece = new byte[1 << 14];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                // The first question: whether this connection may be at all.
                Fate fate = replies ? Fate.PASSES : fate(false);
                while (fate != Fate.ENDS) {
                    int read = in.read(piece);
                    fate = read < 0 ? Fate.ENDS : fate(replies);
                    if (fate == Fate.PASSES) {
                        out.write(piece, 0, read);
                    }
                }
            } catch (IOException | InterruptedException gone) {
                // One side has left; so does the other.
            } finally {
                close();
            }
        }

        /** Waits until it is known what becomes of the piece that was read. */
        private Fate fate(boolean reply) throws InterruptedException {
            lock.lock();
            try {
                for (long wait = delay.toNanos(); ; ) {
                    switch (mode) {
                        case PASS -> {
                            return torn ? Fate.ENDS : Fate.PASSES;
                        }
                        case CUT -> {
                            return Fate.ENDS;
                        }
                        case SWALLOW -> {
                            return reply ? tear() : Fate.PASSES;
                        }
                        case TEAR -> {
                            if (!reply || random.nextInt(8) > 0) {
                                return Fate.PASSES;
                            }
                            tear();
                            return Fate.ENDS;
                        }
                        case DELAY -> {
                            if (!reply || wait <= 0) {
                                return Fate.PASSES;
                            }
                            wait = changed.awaitNanos(wait);
                        }
                        case BLACK_HOLE -> changed.await();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private Fate tear() {
            torn = true;
            lost++;
            return Fate.IS_LOST;
        }

        private void close() {
            wires.remove(this);
            closed(client);
            closed(server);
        }
    }

    private static void closed(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mode(Mode.CUT);
    }
}
