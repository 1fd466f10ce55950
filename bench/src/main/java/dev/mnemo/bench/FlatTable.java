package dev.mnemo.bench;

import java.util.ArrayList;
import java.util.List;

/** What the process holds while many conversations of many users begin, each with a look through all that is kept. */
final class FlatTable {

    private static final int USERS = 50;
    private static final int CONVERSATIONS = 20_000;
    private static final int READINGS = 5;

    private FlatTable() {}

    static Table measure(Setup setup) throws Exception {
        int size = MemoryTable.SIZES.getFirst();
        String tenant = Setup.VECTORS + size;
        History history = new History(setup, setup.mnemo(), tenant);
        String context = history.plant(size);
        List<Request> requests = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            setup.meter().copyUser(tenant, "user" + user);
            requests.add(history.begins().user("user" + user));
        }
        Request begins = Request.oneOf(requests);
        Table table = new Table(
                "conversations begun, %d users of %,d interactions".formatted(USERS, size),
                "resident memory, MB",
                "heap after a collection, MB",
                "calls/s",
                "p99 ms");
        for (int reading = 0, begun = 0; reading < READINGS; reading++) {
            int until = Math.max(1_000, CONVERSATIONS * reading / (READINGS - 1));
            double seconds = 0;
            int before = begun;
            double p99 = 0;
            while (begun < until) {
                Load.Result result = setup.meter().load(setup.mnemo(), begins, 8, 2);
                begun += (int) result.calls();
                seconds += result.seconds();
                p99 = Math.max(p99, result.micros(0.99) / 1_000);
            }
            // The collection gives pages back: what is resident is read before it.
            long resident = setup.mnemo().residentMegabytes()[0];
            table.row("%,d".formatted(begun), resident, setup.mnemo().heapMegabytes(), (begun - before) / seconds, p99);
        }
        return table.line("%s", context);
    }
}
