/**
 * How loud my own microphone is, in eleven steps; for the meter of the preview.
 *
 * Called by `devices.ts`. The sound goes nowhere: an analyser without output.
 */
import type { Timers } from '../timers';

const EVERY_MS = 100;
export const LOUDEST = 10;
/** RMS of quiet and of loud speech into a near microphone, dBFS. */
const QUIET_DB = -55;
const LOUD_DB = -15;

/** 0 … 10 for one stretch of samples in −1 … 1. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(samples.length, 1);
  if (power <= 0) return 0;
  const db = 10 * Math.log10(power);
  const share = (db - QUIET_DB) / (LOUD_DB - QUIET_DB);
  return Math.round(Math.min(Math.max(share, 0), 1) * LOUDEST);
}

/** Calls `tell` with each change of the level until stopped; then once more with 0. */
export function meter(track: MediaStreamTrack, timers: Timers, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1_024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  // Before the first tap the browser may hold it back; the meter then begins with the tap.
  void context.resume().catch(() => undefined);
  const samples = new Float32Array(analyser.fftSize);
  let last = 0;
  let cancel: () => void;
  const measure = (): void => {
    analyser.getFloatTimeDomainData(samples);
    const level = levelOf(samples);
    if (level !== last) tell(level);
    last = level;
    cancel = timers.after(EVERY_MS, measure);
  };
  cancel = timers.after(EVERY_MS, measure);
  return () => {
    cancel();
    void context.close().catch(() => undefined);
    if (last !== 0) tell(0);
  };
}
