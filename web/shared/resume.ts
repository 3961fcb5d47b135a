/** Makes a feed go on where it stopped: graphql-ws sends the same payload object on every reconnect. */

export interface FeedPayload {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** Notes the place of the item just received in the payload's own `$after`, if it has one. */
export function resumeAfter(payload: FeedPayload, data: unknown): void {
  if (!payload.variables || !('after' in payload.variables) || typeof data !== 'object' || !data) return;
  for (const item of Object.values(data)) {
    const position = (item as { position?: unknown } | null)?.position;
    if (typeof position === 'string') payload.variables.after = position;
  }
}
