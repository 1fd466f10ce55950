package dev.mnemo.tenant;

/** A place of a request that names the user. */
public sealed interface UserSource {

    /** A request header; compared without regard to case. */
    record Header(String name) implements UserSource {}

    /** A top-level member of the request's JSON body whose value is a string. */
    record Body(String member) implements UserSource {}
}
