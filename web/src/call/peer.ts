/**
 * One media transport: an RTCPeerConnection with ONE offer and a fixed number of receive seats (protocol §5).
 *
 * Called by `call.ts`. Knows no person: seats are numbers here.
 */
import type { TransformOptions } from '../crypto/worker_messages';
import type { IceServer } from '../protocol/messages';
import type { DeviceKind } from '../state/model';
import { offeredEncodings, SentLayers } from './layers';
import { type Count, countOf, type StatsEntry } from './traffic';
import type { VideoQuality } from './video_quality';

/** Serves a group of twelve. */
export const SEATS = 11;

export interface SeatTracks {
  readonly audio: MediaStreamTrack;
  readonly video: MediaStreamTrack;
}

export type MakeTransform = (options: TransformOptions) => RTCRtpScriptTransform;

export class Peer {
  readonly seats: readonly SeatTracks[];
  readonly #pc: RTCPeerConnection;
  readonly #senders: Readonly<Record<DeviceKind, RTCRtpSender>>;
  readonly #tracks: Record<DeviceKind, MediaStreamTrack | null> = { mic: null, camera: null };
  readonly #layers: SentLayers;
  readonly #pictures: RTCRtpTransceiver[] = [];
  #offer: RTCSessionDescriptionInit | null = null;

  constructor(
    quality: VideoQuality,
    transform: MakeTransform,
    changed: (state: RTCPeerConnectionState) => void,
  ) {
    this.#pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.#pc.onconnectionstatechange = () => {
      changed(this.#pc.connectionState);
    };
    this.#senders = {
      mic: this.#addSender('audio', 'mic', [{}], transform),
      camera: this.#addSender('video', 'camera', offeredEncodings(quality), transform),
    };
    this.#layers = new SentLayers(this.#senders.camera, quality);
    this.seats = Array.from({ length: SEATS }, (_, seat) => ({
      audio: this.#addReceiver('audio', { side: 'receive', kind: 'mic', seat }, transform),
      video: this.#addReceiver('video', { side: 'receive', kind: 'camera', seat }, transform),
    }));
  }

  #addSender(
    media: 'audio' | 'video',
    kind: DeviceKind,
    sendEncodings: RTCRtpEncodingParameters[],
    transform: MakeTransform,
  ): RTCRtpSender {
    const transceiver = this.#pc.addTransceiver(media, { direction: 'sendonly', sendEncodings });
    transceiver.sender.transform = transform({ side: 'send', kind });
    preferCodecs(transceiver, media);
    return transceiver.sender;
  }

  /** Chromium silently never runs a transform that is set later than here. */
  #addReceiver(
    media: 'audio' | 'video',
    options: TransformOptions,
    transform: MakeTransform,
  ): MediaStreamTrack {
    const transceiver = this.#pc.addTransceiver(media, { direction: 'recvonly' });
    transceiver.receiver.transform = transform(options);
    preferCodecs(transceiver, media);
    if (media === 'video') this.#pictures.push(transceiver);
    return transceiver.receiver.track;
  }

  /**
   * An offer for the wire; for this transport's first use, or with `restart` to move it to another network path.
   * It takes effect in `accept`, so that what the server tells about ICE servers is known before gathering begins.
   */
  async offer(restart = false): Promise<string> {
    this.#offer = await this.#pc.createOffer({ iceRestart: restart });
    return this.#offer.sdp ?? '';
  }

  /** iceServers: null: as before. Throws what the browser says when the answer does not fit. */
  async accept(answer: string, iceServers: readonly IceServer[] | null): Promise<void> {
    if (this.#offer === null || this.#pc.signalingState === 'closed') return;
    if (iceServers !== null) this.#configure(iceServers);
    const offer = this.#offer;
    this.#offer = null;
    await this.#pc.setLocalDescription(offer);
    await this.#pc.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  #configure(iceServers: readonly IceServer[]): void {
    this.#pc.setConfiguration({
      ...this.#pc.getConfiguration(),
      iceServers: iceServers.map(({ urls, username, credential }) => ({
        urls: [...urls],
        ...(username === null ? {} : { username }),
        ...(credential === null ? {} : { credential }),
      })),
    });
  }

  /** null: nothing leaves. */
  async send(kind: DeviceKind, track: MediaStreamTrack | null): Promise<void> {
    if (this.#tracks[kind] === track || this.#pc.signalingState === 'closed') return;
    // Not `sender.track`: that one follows only when the browser has come to it, and the last wish must win.
    this.#tracks[kind] = track;
    await this.#senders[kind].replaceTrack(track);
    if (kind !== 'camera') return;
    await (track === null ? this.#layers.rest() : this.#layers.fit(track.getSettings()));
  }

  /** The server says which layers of my camera nobody shows. */
  pauseLayers(rids: readonly string[]): Promise<void> {
    return this.#layers.pause(rids);
  }

  async count(): Promise<Count> {
    const entries: StatsEntry[] = [];
    // The report is a map to look at, without a type for what is in it.
    (await this.#pc.getStats()).forEach((entry: StatsEntry) => entries.push(entry));
    return countOf(
      entries,
      this.#pictures.map(({ mid }) => mid),
    );
  }

  close(): void {
    this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }
}

/** Only what the server speaks: an offer of 24 sections stays small, and VP8 is certain. */
function preferCodecs(transceiver: RTCRtpTransceiver, media: 'audio' | 'video'): void {
  const wanted = media === 'audio' ? ['audio/opus'] : ['video/VP8', 'video/rtx'];
  const known = RTCRtpReceiver.getCapabilities(media)?.codecs ?? [];
  const kept = known.filter((codec) => wanted.includes(codec.mimeType));
  if (kept.some((codec) => codec.mimeType === wanted[0])) transceiver.setCodecPreferences(kept);
}
