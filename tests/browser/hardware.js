// Runs in a page before its own code and plays the cable and the other program: nothing in the product knows of it.
// Called by `test_troubles.py` as `hardware.*`.
(() => {
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  const list = devices.enumerateDevices.bind(devices);
  const tracks = [];
  let plugged = true;

  devices.getUserMedia = async (wish) => {
    if (!plugged) throw new DOMException('none is there', 'NotFoundError');
    const stream = await ask(wish);
    tracks.push(...stream.getTracks());
    return stream;
  };
  devices.enumerateDevices = async () => (plugged ? list() : []);

  const given = (kind) => tracks.filter((one) => one.kind === kind);
  const inUse = (kind) => given(kind).findLast((one) => one.readyState === 'live');

  // stop() is what a page does itself, so the browser fires no event.
  function end(track) {
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }

  // The browser alone may say `muted`; while it does, the track is silent.
  function mute(track, muted) {
    Object.defineProperty(track, 'muted', { value: muted, configurable: true });
    track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  window.hardware = {
    /** So many tracks of this kind the page was given. */
    given: (kind) => given(kind).length,
    pullOut: (kind) => end(inUse(kind)),
    unplugAll: () => {
      plugged = false;
      for (const kind of ['audio', 'video']) end(inUse(kind));
      devices.dispatchEvent(new Event('devicechange'));
    },
    plugIn: () => {
      plugged = true;
      devices.dispatchEvent(new Event('devicechange'));
    },
    take: (kind) => mute(inUse(kind), true),
    giveBack: (kind) => mute(inUse(kind), false),
  };
})();
