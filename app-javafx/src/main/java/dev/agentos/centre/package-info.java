/** The control centre: the desktop face. Holds no code until its own change lands; the module reserves the room. */
@org.jspecify.annotations.NullMarked
package dev.agentos.centre;
