/**
 * The Agent Contract: what an agent is, what it may use and what happens when it asks for more.
 *
 * <p>{@link dev.agentos.domain.contract.ContractParser} turns a file into a {@link
 * dev.agentos.domain.contract.ContractDocument} or into a list of problems that each have a line and a column. The
 * records cannot hold a contract that breaks a rule, so whoever has one need not check it again.
 */
@NullMarked
package dev.agentos.domain.contract;

import org.jspecify.annotations.NullMarked;
