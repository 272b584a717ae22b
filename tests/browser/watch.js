// Runs in every page of the tests before the product's own code and keeps what the product does not expose:
// its peer connections, devices, sockets, and what the frame worker had counted when something was called encrypted.
// Called by `stage.py` as `watch.*`; nothing in the product knows of it.
(() => {
  const POLL_MS = 50;
  const connections = [];
  const tracks = [];
  const violations = [];
  const marks = new Map();
  const counted = { sealed: 0, opened: new Map(), notSealed: new Map() };

  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
  });

  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };

  const RealWorker = window.Worker;
  window.Worker = class extends RealWorker {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => Object.assign(counted, data));
    }
  };

  // Pages that are not secure have none.
  const devices = navigator.mediaDevices;
  const ask = devices?.getUserMedia.bind(devices);
  const open = async (wish) => {
    const stream = await ask(wish);
    tracks.push(...stream.getTracks());
    return stream;
  };
  if (devices) devices.getUserMedia = open;

  // What had been counted at the moment the page first called somebody, or all, encrypted.
  new MutationObserver(() => {
    const mark = (what, frames) => marks.has(what) || marks.set(what, frames);
    if (document.querySelector('[data-testid=encrypted]'))
      mark('all', [...counted.opened.values()].reduce((sum, one) => sum + one, 0));
    for (const { dataset } of document.querySelectorAll('[data-testid=tile][data-encrypted=true]'))
      mark(dataset.person, dataset.me === 'true' ? counted.sealed : (counted.opened.get(dataset.person) ?? 0));
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-encrypted'] });

  const current = () => connections.findLast((one) => one.connectionState !== 'closed');

  async function stats(type) {
    const report = await current()?.getStats();
    return report === undefined ? [] : [...report.values()].filter((one) => one.type === type);
  }

  // Both halves of the seat in which this person's picture is shown: seats are audio-video pairs in the one offer.
  function seatOf(person) {
    const picture = document.querySelector(`[data-testid=tile][data-person="${person}"] video`);
    const track = picture?.srcObject?.getVideoTracks()[0];
    const receivers = current()?.getTransceivers().map(({ receiver }) => receiver.track) ?? [];
    const at = track === undefined ? -1 : receivers.indexOf(track);
    return at < 0 ? null : { audio: receivers[at - 1].id, video: receivers[at].id };
  }

  async function from(person) {
    const seat = seatOf(person);
    const half = (all, id) => all.find((one) => one.trackIdentifier === id);
    const inbound = seat === null ? [] : await stats('inbound-rtp');
    const [audio, video] = seat === null ? [] : [half(inbound, seat.audio), half(inbound, seat.video)];
    return {
      framesDecoded: video?.framesDecoded ?? 0,
      videoPackets: video?.packetsReceived ?? 0,
      audioEnergy: audio?.totalAudioEnergy ?? 0,
      audioPackets: audio?.packetsReceived ?? 0,
    };
  }

  async function total(type, field) {
    return (await stats(type)).reduce((sum, one) => sum + (one[field] ?? 0), 0);
  }

  // Resolves when `read` has risen by `by` above what it was; rejects after withinMs.
  async function rises(read, by, withinMs) {
    const until = performance.now() + withinMs;
    const before = await read();
    for (let now = before; ; now = await read()) {
      if (now - before >= by) return now;
      if (performance.now() > until) throw new Error(`rose from ${before} to ${now} only`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  // Resolves with the height of her picture when it lies between the two; rejects after withinMs.
  async function shows(person, lowest, highest, withinMs) {
    const until = performance.now() + withinMs;
    for (;;) {
      const height = document.querySelector(`[data-testid=tile][data-person="${person}"] video`)?.videoHeight ?? 0;
      if (height >= lowest && height <= highest) return height;
      if (performance.now() > until) throw new Error(`her picture has ${height} lines`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  // The longest time without a packet of her sound from now on, until `silence` is called.
  let longest = 0;
  let listening = null;
  async function listen(person) {
    let [heard, since] = [(await from(person)).audioPackets, performance.now()];
    let looked = since;
    longest = 0;
    listening = setInterval(async () => {
      const { audioPackets } = await from(person);
      const now = performance.now();
      since += Math.max(0, now - looked - 2 * POLL_MS); // the page stood still itself
      looked = now;
      longest = Math.max(longest, now - since);
      if (audioPackets > heard) [heard, since] = [audioPackets, now];
    }, POLL_MS);
  }

  window.watch = {
    violations,
    shows,
    listen,
    silence: () => {
      clearInterval(listening);
      return longest;
    },
    mark: (what) => marks.get(what) ?? null,
    /** All devices given back and all transports closed. */
    shut: () =>
      tracks.every((one) => one.readyState === 'ended') &&
      connections.every((one) => one.connectionState === 'closed'),
    /** The state of the history entry as a text, and back: bytes do not survive the way through the driver. */
    memory: () => JSON.stringify(history.state, (_, value) => (value instanceof Uint8Array ? { bytes: [...value] } : value)),
    remember: (text) =>
      history.replaceState(
        JSON.parse(text, (_, value) => (value?.bytes ? Uint8Array.from(value.bytes) : value)),
        '',
      ),
    from,
    total,
    /** What a tampered page would do: send a device that is closed, until so many packets have left. */
    sendAnyway: async (kind, packets, withinMs) => {
      const [track] = (await open({ [kind]: true })).getTracks();
      const sending = current().getTransceivers().filter((one) => one.direction === 'sendonly');
      const { sender } = sending.find((one) => one.receiver.track.kind === kind);
      await sender.replaceTrack(track);
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = true;
      await sender.setParameters(parameters);
      // Of all layers: which of them leave depends on the size of the picture.
      const sent = async () =>
        [...(await sender.getStats()).values()]
          .filter((one) => one.type === 'outbound-rtp')
          .reduce((sum, one) => sum + one.packetsSent, 0);
      await rises(sent, packets, withinMs);
      await sender.replaceTrack(null);
      track.stop();
    },
    opened: () => connections.length,
    credentials: () => current().localDescription.sdp.match(/a=ice-ufrag:(.*)/)[1],
    // They may be new already when this is asked.
    renewed: async (old, withinMs) => {
      const until = performance.now() + withinMs;
      while (watch.credentials() === old) {
        if (performance.now() > until) throw new Error(`still ${old}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    refused: (person) => counted.notSealed.get(person) ?? 0,
    sees: (person, frames, withinMs) => rises(async () => (await from(person)).framesDecoded, frames, withinMs),
    hears: (person, withinMs) => rises(async () => (await from(person)).audioEnergy, 1e-9, withinMs),
    receivesSound: (person, packets, withinMs) =>
      rises(async () => (await from(person)).audioPackets, packets, withinMs),
    receives: (person, packets, withinMs) =>
      rises(async () => (await from(person)).videoPackets, packets, withinMs),
    refuses: (person, frames, withinMs) => rises(async () => watch.refused(person), frames, withinMs),
  };
})();
