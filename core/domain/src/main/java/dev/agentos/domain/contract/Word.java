package dev.agentos.domain.contract;

/** A choice that a contract writes as one word. */
interface Word {
    /** The word as the contract file has it. */
    String word();
}
