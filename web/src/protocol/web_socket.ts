/**
 * The one place that touches a WebSocket: binary frames in and out.
 *
 * Called by `connection.ts` through `OpenWire`. Knows no message.
 */

/** One socket. After `close` none of its handlers is called again. */
export interface Wire {
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** What was sent before still goes out. */
  close(): void;
}

export interface WireHandlers {
  opened(): void;
  frame(data: Uint8Array): void;
  closed(code: number): void;
}

export type OpenWire = (handlers: WireHandlers) => Wire;

/** As the RFC names a connection that ended without a close frame. */
export const ABNORMAL_CLOSE = 1006;

export function webSocketTo(url: string): OpenWire {
  return (handlers) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      handlers.opened();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      // A text frame is no message: an empty frame is malformed to the codec.
      handlers.frame(event.data instanceof ArrayBuffer ? new Uint8Array(event.data) : new Uint8Array());
    };
    socket.onclose = (event) => {
      handlers.closed(event.code);
    };
    return {
      send: (frame) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame);
      },
      close: () => {
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close(1000);
      },
    };
  };
}
