/**
 * A soft tone through the loudspeaker that voices will use: so that somebody knows she will hear the others.
 *
 * Called by `call.ts` after a tap. Nothing of it leaves this device.
 */
import type { Voice } from './seats';

/** Two notes, one after the other: a single one is taken for a warning. */
const NOTES_HZ = [392, 494] as const;
const NOTE_S = 0.7;
/** Of full loudness; swells and fades, so that nobody is startled with a baby asleep. */
const LOUDEST = 0.12;
export const TONE_MS = NOTES_HZ.length * NOTE_S * 1_000;

/** Plays until it is over or stopped; returns the way to stop. makeVoice: the same that plays the seats. */
export function playSoftTone(
  makeVoice: (track: MediaStreamTrack) => Voice,
  speakerId: string | null,
  blocked: () => void,
): () => void {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  NOTES_HZ.forEach((hz, index) => {
    note(context, out, hz, context.currentTime + index * NOTE_S);
  });
  const [track] = out.stream.getAudioTracks();
  const voice = track === undefined ? null : makeVoice(track);
  if (speakerId !== null) voice?.direct(speakerId).catch(() => undefined);
  voice?.play().catch(blocked);
  void context.resume().catch(() => undefined);
  return () => {
    voice?.end();
    void context.close().catch(() => undefined);
  };
}

function note(context: AudioContext, out: AudioNode, hz: number, atS: number): void {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.type = 'sine';
  tone.frequency.value = hz;
  loudness.gain.setValueAtTime(0, atS);
  loudness.gain.linearRampToValueAtTime(LOUDEST, atS + NOTE_S / 3);
  loudness.gain.linearRampToValueAtTime(0, atS + NOTE_S);
  tone.connect(loudness).connect(out);
  tone.start(atS);
  tone.stop(atS + NOTE_S);
}
