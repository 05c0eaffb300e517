type Out = { write(text: string): unknown; isTTY?: boolean | undefined };

/** What a command reads and writes. */
export type Io = { stdin: AsyncIterable<Uint8Array>; stdout: Out; stderr: Out };

/** Variables of the environment. */
export type Environment = Record<string, string | undefined>;
