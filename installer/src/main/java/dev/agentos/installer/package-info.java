/** Image pipeline, packages, units and first boot. Holds no code until its own change lands. */
@org.jspecify.annotations.NullMarked
package dev.agentos.installer;
