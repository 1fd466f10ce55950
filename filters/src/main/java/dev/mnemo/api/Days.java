package dev.mnemo.api;

import dev.mnemo.call.Refusal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The days that a request asks for with {@code from} and {@code to}, in UTC, both included.
 *
 * @param from after {@code to} where nothing is known of what was asked for
 */
record Days(LocalDate from, LocalDate to) {

    /**
     * @param first day that may be known
     * @param most days that are meant where {@code from} is not given
     * @throws Refusal when they are no days, or the wrong way round
     */
    static Days asked(ServerRequest request, LocalDate first, LocalDate today, int most) {
        LocalDate to = date(request, "to", today);
        LocalDate last = earlier(to, today);
        LocalDate from = date(request, "from", last.isBefore(first) ? to : last.minusDays(most - 1));
        if (from.isAfter(to)) {
            throw Refusal.badRequest("invalid_range", "from: after to (expected: from=2026-11-01&to=2026-11-24)");
        }
        // Nothing is known before the first day, nor of a day to come.
        return new Days(from.isBefore(first) ? first : from, last);
    }

    List<LocalDate> each() {
        return from.isAfter(to) ? List.of() : from.datesUntil(to.plusDays(1)).toList();
    }

    private static LocalDate earlier(LocalDate a, LocalDate b) {
        return a.isBefore(b) ? a : b;
    }

    private static LocalDate date(ServerRequest request, String name, LocalDate otherwise) {
        String text = request.queryParam(name).orElse("");
        try {
            return text.isEmpty() ? otherwise : LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw Refusal.badRequest("invalid_range", name + ": not a day (expected: such as 2026-11-24, in UTC)");
        }
    }
}
