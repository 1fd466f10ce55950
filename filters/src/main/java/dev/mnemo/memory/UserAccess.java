package dev.mnemo.memory;

import dev.mnemo.seal.Seal;

/**
 * What it takes to read and write what is stored of one user.
 *
 * @param era in which it was obtained: what is written in an era that has ended, because the user was erased, is dropped.
 *     Empty for a user who was not erased lately
 * @param seal of what is stored
 */
record UserAccess(String era, Seal seal) {

    /** Of a call that could not ask in time: it writes nothing if the user was erased lately. */
    static final String UNKNOWN = "?";

    /** Of what begins now. */
    static final String ANY = "*";
}
