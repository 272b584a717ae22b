"""Spanish."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "title": "Lo que este servidor guarda: nada",
    "intro": "Esta página la acaba de hacer el propio servidor. Miró sus procesos en marcha y dice lo que vio.",
    "tested": "Comprobado ahora mismo",
    "when": "Comprobado: {time} (UTC)",
    "outcome.fine": "Como se promete",
    "outcome.unknown": "Aquí no se puede comprobar",
    "outcome.warning": "No del todo",
    "outcome.broken": "No",
    "files.fine": "El servidor no tiene abierto ningún archivo en el que pueda escribir. No tiene base de datos ni nada que pueda grabar.",
    "files.other": "El servidor tiene abiertos archivos en los que podría escribir. No debería ser así. Avisa a quienes lo gestionan.",
    "logs.fine": "Lo que el servidor anota para quienes lo gestionan no contiene nombres, palabras, enlaces ni direcciones de red.",
    "logs.other": "El filtro de las anotaciones del servidor no está funcionando. Avisa a quienes lo gestionan.",
    "freed_memory.fine": "Cuando termina una reunión, lo que el servidor sabía de ella se sobrescribe enseguida.",
    "freed_memory.other": "Cuando termina una reunión, el servidor la olvida; pueden quedar restos en su memoria hasta que se vuelva a usar.",
    "core_dumps.fine": "Si el servidor falla, no se escribe ninguna copia de su memoria.",
    "core_dumps.other": "Si el servidor fallara, podría escribirse una copia de su memoria. Avisa a quienes lo gestionan.",
    "dumpable.fine": "Ningún programa corriente de la misma máquina puede mirar la memoria del servidor.",
    "dumpable.other": "No es seguro que otros programas de la máquina no puedan mirar la memoria del servidor.",
    "locked_memory.fine": "Lo que el servidor sabe no llega al espacio de intercambio en el disco de la máquina.",
    "locked_memory.other": "La máquina puede pasar partes de la memoria del servidor a su disco por un tiempo. Quienes lo gestionan pueden evitarlo.",
    "swapped.fine": "Ahora mismo no hay nada de la memoria del servidor en el disco de la máquina.",
    "swapped.other": "No es seguro que ahora mismo no haya nada de la memoria del servidor en el disco de la máquina.",
    "tls.fine": "El camino de tu navegador a este servidor está cifrado.",
    "tls.other": "El camino de tu navegador a este servidor no está cifrado. Solo es así cuando ambos son la misma máquina.",
    "sealed.title": "Lo que el servidor no puede leer de ningún modo",
    "sealed": "Los nombres, las palabras, el sonido y la imagen se cierran en tu dispositivo y se abren en los de las demás personas. "
    "El servidor los pasa y no tiene la llave. Eso vale aunque todo lo demás de esta página fuera falso.",
    "knows.title": "Lo que el servidor sí sabe mientras dura una reunión",
    "knows": "Cuántas personas están conectadas, quién modera, quién está en qué sala y de quién es el turno, cada una como un número al azar; y las direcciones de red, que necesita para llegar a ti.",
    "untested.title": "Lo que no se puede comprobar desde dentro",
    "untested.honest": "Si esta máquina ejecuta de verdad el programa que dice. Alguien deshonesto podría mostrar esta página igualmente.",
    "untested.machine": "Lo que hace la máquina de debajo: quienes la manejan, sus copias de seguridad, las instantáneas de su memoria.",
    "untested.network": "Lo que anotan los proveedores de red o un servidor intermedio: que tu dirección se conectó con esta, y cuándo.",
    "untested.people": "Lo que hacen las personas: alguien puede fotografiar su pantalla o tener en su teléfono un programa que vigila.",
    "untested.browser": "Lo que anota tu propio navegador: su historial recoge que estuviste aquí. Una ventana privada lo olvida.",
    "untested.law": "Lo que exige la ley donde vive la gente de tu grupo. Pregúntales qué tienen que comunicar.",
    "machine_readable": "Lo mismo para máquinas",
}
