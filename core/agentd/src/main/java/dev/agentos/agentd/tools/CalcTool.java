package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;

/** {@code calc}: decimal arithmetic with 34 digits. {@code expression} with + - * / ^ ( ). */
final class CalcTool implements Tool.Pure {

    private static final int MAX_LENGTH = 1_000;
    private static final int MAX_DEPTH = 50;
    private static final int MAX_EXPONENT = 1_000;

    /** Digits before or after the point that are written out; powers of powers could ask for billions. */
    private static final int MAX_DIGITS = 2_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "calc", Effect.COMPUTES, "Computes a decimal expression exactly.")
            .input(InputSchema.object().required("expression", "string", "Numbers with + - * / ^ ( )."))
            .build();

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        String expression = arguments.text("expression");
        if (expression.length() > MAX_LENGTH) {
            throw new ToolException(
                    "calc.size", "the expression is longer than " + MAX_LENGTH + " characters", "split it");
        }
        try {
            BigDecimal value = new Parser(expression).whole().stripTrailingZeros();
            if (value.scale() > MAX_DIGITS || (long) value.precision() - value.scale() > MAX_DIGITS) {
                throw new ToolException(
                        "calc.range", "the value has more than " + MAX_DIGITS + " digits", "use smaller numbers");
            }
            return ToolResult.of(Map.of("value", value.toPlainString()));
        } catch (ArithmeticException e) {
            throw new ToolException("calc.arithmetic", expression + ": " + e.getMessage(), "correct the expression");
        }
    }

    /** Recursive descent over sum, product, power, sign and primary. */
    private static final class Parser {
        private final String text;
        private int at;
        private int depth;

        Parser(String text) {
            this.text = text;
        }

        BigDecimal whole() throws ToolException {
            BigDecimal value = sum();
            peek();
            if (at < text.length()) {
                throw unexpected();
            }
            return value;
        }

        private BigDecimal sum() throws ToolException {
            BigDecimal value = product();
            while (true) {
                if (take('+')) {
                    value = value.add(product(), MathContext.DECIMAL128);
                } else if (take('-')) {
                    value = value.subtract(product(), MathContext.DECIMAL128);
                } else {
                    return value;
                }
            }
        }

        private BigDecimal product() throws ToolException {
            BigDecimal value = sign();
            while (true) {
                if (take('*')) {
                    value = value.multiply(sign(), MathContext.DECIMAL128);
                } else if (take('/')) {
                    value = value.divide(sign(), MathContext.DECIMAL128);
                } else {
                    return value;
                }
            }
        }

        private BigDecimal sign() throws ToolException {
            if (++depth > MAX_DEPTH) {
                throw new ToolException("calc.depth", "the expression is nested too deeply", "split it");
            }
            try {
                if (take('-')) {
                    return sign().negate();
                }
                return take('+') ? sign() : power();
            } finally {
                depth--;
            }
        }

        private BigDecimal power() throws ToolException {
            BigDecimal base = primary();
            if (!take('^')) {
                return base;
            }
            BigDecimal exponent = sign();
            int whole = exponent.intValueExact();
            if (Math.abs(whole) > MAX_EXPONENT) {
                throw new ToolException("calc.exponent", "an exponent is beyond " + MAX_EXPONENT, "use a smaller one");
            }
            BigDecimal power = base.pow(Math.abs(whole), MathContext.DECIMAL128);
            return whole < 0 ? BigDecimal.ONE.divide(power, MathContext.DECIMAL128) : power;
        }

        private BigDecimal primary() throws ToolException {
            if (take('(')) {
                BigDecimal value = sum();
                if (!take(')')) {
                    throw unexpected();
                }
                return value;
            }
            peek();
            int start = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            try {
                return new BigDecimal(text.substring(start, at), MathContext.DECIMAL128);
            } catch (NumberFormatException e) {
                at = start;
                throw unexpected();
            }
        }

        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private boolean take(char wanted) {
            if (peek() == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private ToolException unexpected() {
            String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
            return new ToolException(
                    "calc.syntax",
                    "position " + (at + 1) + ": " + found + " was not expected",
                    "correct the expression");
        }
    }
}
