package dev.mnemo.seal;

/** Why a stored value does not open. To a reader it is absent; an operator is told the reason. */
public enum Unreadable {

    /** Sealed for somebody or something else, or changed, or cut: it did not pass the check of its seal. */
    FOREIGN,

    /** Sealed with a key that the tenant does not list, or not any more. */
    KEY,

    /** Not sealed, though the tenant's values must be. */
    UNSEALED
}
