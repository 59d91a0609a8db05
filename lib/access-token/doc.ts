/**
 * # The access token that all workers share
 *
 * Marketo's identity hands out one token for each custom service, the same one until it expires, with `expires_in` what
 * remains of its life, 0 included (Marketo: authentication). So all workers share one item (`token-register.ts`), changed by
 * compare-and-swap, and whoever holds its lease asks identity for all. The item's token is sealed (`token-seal.ts`).
 *
 * ## Where to look
 *
 *     what workers call ............ token-keeper.ts   memory, and one walk for all callers of a worker
 *     the walk through the item .... token-seeker.ts   reads, waits, fetches, until there is an answer
 *     one identity call ............ token-fetcher.ts  lease, ask, store
 *     what a state means ........... token-decision.ts pure
 *     what an answer changes ....... after-identity.ts pure; pauses.ts: strikes and stops
 *     every number ................. policy.ts
 *
 * ## The item, as a worker without a complaint finds it
 *
 *                     lease taken               token with life
 *      +---------+   +------------+            +---------+
 *      |  none   |-->|  fetching  |----------->|  held   |<--------------------------+
 *      +---------+   +------------+            +---------+                           |
 *        ^     ^       |      |  expires_in 0    |     | a confirmed refusal         | pause over: calls
 *        |     |       |      +--> none, and     |     v                             | may try it once more,
 *        |     |       |           asked again   |   +-------------+   3 strikes   +---------+
 *        |     |       |           in 1 s        |   | out:        |-------------->| stopped |
 *        |     |       |  identity fails:        |   | asked again |               +---------+
 *        |     +-------+  1 s, doubling to 60 s  |   +-------------+                 ^
 *        |             |                         |     | another token: held         |
 *        |             +-- credentials refused --|-----|-----------------------------+
 *        +----------- its life is over ----------+     | the same with little life: waited out, then none
 *
 * Stops last 1, 2, 4, 8, then 15 minutes; one for refused credentials ends as soon as others are stored.
 *
 * ## A refusal: 600, 601, 602, or HTTP 401 on a call
 *
 * One refused call says little: the request may be at fault, the token may have ended, a node of Marketo may not know it yet.
 * So the caller brings evidence (`refusal.ts`), and one refusal never takes a token from anybody:
 *
 *      refused
 *         |
 *         v
 *      another token in the item? ----------------------- yes --> use it
 *         | no
 *         v
 *      in its last 5 s, by its known life? -------------- yes --> wait for the end, then the next token; no strike
 *         | no
 *         v
 *      another call succeeded with it since? ------------ yes --> GOOD: the refusal is the request's own
 *         | no
 *         v
 *      did a second, different request fail with it too (the health check)?
 *         |                          |
 *         | no                       | yes: confirmed
 *         v                          v
 *      identity said since, or      young, and never served? - yes --> nodes get until it is 10 s old, then once more
 *      again in the last 30 s,       | no
 *      that this is the token?       v
 *         | no       | yes         OUT: ask identity
 *         v          |               | another token: use it; a strike, unless the old one had served: that ends the row
 *      ask identity  |               | the same, over in 60 s: wait for its end
 *         |          |               + the same: a strike; three stop the line
 *         |          v
 *         + the same or no answer --> SAME: wait for lagging nodes, send the call once more; refused again:
 *         |                           health check; taken -> as GOOD, refused -> confirmed
 *         + another token: use it; a strike, unless the old one had served
 *
 * ## Bounds
 *
 * - Identity is asked at most 30 times a minute (`MAX_ASKS_PER_MINUTE`), counted by the leases, whatever is reported by however
 *   many workers: nine at once, then one in three seconds (`ask-allowance.ts`). A second call, for rotated credentials, counts.
 * - Refusals without a second request cost two calls a minute, however many requests are always refused.
 * - One answer takes a worker 10 s of waiting for others, the calls of one lease, and 2 s for lagging nodes.
 *
 * ## What is trusted
 *
 * - Clocks agree as well as the ledger needs them to. A lease that ends too early costs a second identity call, no more.
 * - The caller's evidence is believed. If it is wrong, the line stops for a minute, or goes on with a token that does not work;
 *   the bounds hold all the same.
 * - The table is not trusted with the token, and neither are logs, errors and this state when printed.
 */
export {};
