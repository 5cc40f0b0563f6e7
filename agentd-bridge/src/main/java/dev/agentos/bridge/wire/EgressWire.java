package dev.agentos.bridge.wire;

import java.util.List;

/** Records about the way out of an agent. */
public final class EgressWire {

    private EgressWire() {}

    /**
     * What an agent may reach and what it did.
     *
     * @param proxy {@code open}, {@code closed} where the contract opens no way out, or {@code over} with the agent
     * @param declared the places of the contract
     * @param asks whether other places are asked about
     * @param refusals the latest ones, newest first
     */
    public record EgressReport(
            String agent,
            String proxy,
            List<String> declared,
            boolean asks,
            List<Place> places,
            List<Refusal> refusals) {
        public EgressReport {
            declared = List.copyOf(declared);
            places = List.copyOf(places);
            refusals = List.copyOf(refusals);
        }
    }

    /** Totals for one host and port; bytes as the agent sent and got them. */
    public record Place(
            String host,
            long port,
            long connections,
            long refused,
            long bytesOut,
            long bytesIn,
            String lastAt,
            String lastCode) {

        /** Nothing happened there yet. */
        public static Place fresh(String host, long port) {
            return new Place(host, port, 0, 0, 0, 0, "", "");
        }

        /** One more connection. */
        public Place connected(String now) {
            return new Place(host, port, connections + 1, refused, bytesOut, bytesIn, now, "allowed");
        }

        /** One more refusal. */
        public Place refused(String code, String now) {
            return new Place(host, port, connections, refused + 1, bytesOut, bytesIn, now, code);
        }

        /** A connection ended that moved so much. */
        public Place moved(long out, long in, String now) {
            return new Place(host, port, connections, refused, bytesOut + out, bytesIn + in, now, lastCode);
        }
    }

    /** A connection that was not made. */
    public record Refusal(
            String at,
            String host,
            long port,
            String way,
            String code,
            String reason,
            String contractLine,
            long times) {}
}
