package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class QuantityTest {

    @Test
    void numbersAreTheSameInEverySpelling() {
        assertTrue(Quantity.isNumber("12"));
        assertTrue(Quantity.isNumber("-1,200.50"));
        assertFalse(Quantity.isNumber("12a"));
        assertFalse(Quantity.isNumber(""));
        assertTrue(Quantity.same("12", " 12.00 "));
        assertFalse(Quantity.same("12", "13"));
        assertFalse(Quantity.same("12", "x"));
        assertFalse(Quantity.same("x", "12"));
    }

    @Test
    void aNumberStandsInATextAsAWhole() {
        assertTrue(Quantity.standsIn("10", "refund 10.00 to him"));
        assertTrue(Quantity.standsIn("1200", "pay 1,200 now"));
        assertFalse(Quantity.standsIn("10", "refund 100"));
        assertFalse(Quantity.standsIn("10", "a10"));
        assertFalse(Quantity.standsIn("10", "nothing"));
    }

    @Test
    void aDayIsKnownByItsNumberAndMonth() {
        assertTrue(Quantity.isDayOf("2025-01-11", "from january 11th to"));
        assertTrue(Quantity.isDayOf("2025-01-11 09:00", "on the 11th of january"));
        assertTrue(Quantity.isDayOf("2025-05-01t10:00", "may 1st"));
        assertTrue(Quantity.isDayOf("2025-05-01", "1 may"));
        assertTrue(Quantity.isDayOf("2025-05-01", "on 2025-05-01 at noon"));
        assertTrue(Quantity.isDayOf("2025-09-03", "sep. 3"));
        assertFalse(Quantity.isDayOf("2025-05-01", "may 11th"));
        assertFalse(Quantity.isDayOf("2025-05-01", "june 1st"));
        assertFalse(Quantity.isDayOf("2025-13-01", "may 1st"));
        assertFalse(Quantity.isDayOf("soon", "soon"));
    }
}
