package dev.mnemo.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * An address that leads to a server, as a load balancer or a name does: it can point to another one, be cut, or be slow in
 * what comes from the server. Loopback only.
 */
public final class Forwarder implements AutoCloseable {

    private final ServerSocket door;
    private final Duration lag;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile int target;
    private volatile boolean stalled;

    public Forwarder(int target) {
        this(target, Duration.ZERO);
    }

    /**
     * @param lag of every byte that comes from the server
     */
    public Forwarder(int target, Duration lag) {
        this.target = target;
        this.lag = lag;
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    public String url() {
        return "redis://127.0.0.1:" + port();
    }

    /** For connections that are opened from now on; the others stay where they are. */
    public void pointTo(int port) {
        target = port;
    }

    /** From now on nothing arrives, in either direction, and no connection breaks: a network that swallows. */
    public void stall() {
        stalled = true;
    }

    /** Breaks every connection; what was under way is gone. */
    public void cut() {
        sockets.forEach(Forwarder::close);
        sockets.clear();
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pump(client, server));
            DelayQueue<Late> late = new DelayQueue<>();
            Thread.ofVirtual().start(() -> deliver(late, client));
            receive(server, late);
        } catch (IOException nobodyThere) {
            close(client);
        }
    }

    /** What comes from the server, and when it may go on. */
    private record Late(byte[] bytes, long due) implements Delayed {

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Late) other).due);
        }
    }

    private void receive(Socket server, DelayQueue<Late> late) {
        byte[] buffer = new byte[65_536];
        try {
            for (int n = server.getInputStream().read(buffer);
                    n >= 0;
                    n = server.getInputStream().read(buffer)) {
                late.add(new Late(Arrays.copyOf(buffer, n), System.nanoTime() + lag.toNanos()));
            }
        } catch (IOException cut) {
            // As the other end will notice.
        }
        late.add(new Late(new byte[0], System.nanoTime() + lag.toNanos()));
    }

    private void deliver(DelayQueue<Late> late, Socket client) {
        try {
            for (byte[] bytes = late.take().bytes();
                    bytes.length > 0;
                    bytes = late.take().bytes()) {
                if (!stalled) {
                    client.getOutputStream().write(bytes);
                }
            }
        } catch (IOException | InterruptedException cut) {
            // As the other end will notice.
        }
        close(client);
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[65_536];
        try {
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                if (!stalled) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException cut) {
            // As the other end will notice.
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
