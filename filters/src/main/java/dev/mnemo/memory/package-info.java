/**
 * What is known of a user: preferences, interactions, and the block that a conversation is given of them.
 *
 * <p>A call passes through {@link dev.mnemo.memory.UserMemory} as a {@code Turn}:
 *
 * <ol>
 *   <li>recall: {@link dev.mnemo.memory.MemoryStore} answers in one round trip: {@code Recalled.Frozen}, the conversation's block,
 *       or {@code Recalled.Parts} to compose one of. {@link dev.mnemo.memory.Finder} looks in the archive for what fits,
 *       for a block that is to be composed or for a tail ({@code Tails}).
 *   <li>compose: {@code ContextBlock} chooses as far as the granted tokens reach, {@code BlockText} has the words, {@code Account}
 *       tells what was left out. The {@link dev.mnemo.memory.Snapshot} is frozen for the conversation.
 *   <li>record, at the call's end: {@link dev.mnemo.memory.Recorder} adds the interaction and the patterns, keeps the call's
 *       record ({@link dev.mnemo.memory.CallRecords}), lets {@link dev.mnemo.memory.ArchiveStore} move what is no longer recent,
 *       and tells {@link dev.mnemo.memory.ProfileWriter}, which may have the profile written anew.
 * </ol>
 *
 * <p>The API reads and changes what is known without a call: {@link dev.mnemo.memory.PreferencesStore} with its versions,
 * {@link dev.mnemo.memory.InteractionStore} and {@link dev.mnemo.memory.MarkStore} by way of {@code History},
 * {@link dev.mnemo.memory.SummaryStore}, {@link dev.mnemo.memory.Importer}, and {@link dev.mnemo.memory.UserStore}, which erases.
 *
 * <p>A store reads and changes some of the keys that {@code UserKeys} names, all in one slot, by scripts that lie beside it; a codec
 * knows the bytes of one kind of value. Whoever writes does so with a {@code UserAccess}, the user's seal and era, out of a recall
 * or of {@link dev.mnemo.memory.AccessStore}; what was begun before the user was erased is dropped.
 */
@NullMarked
package dev.mnemo.memory;

import org.jspecify.annotations.NullMarked;
