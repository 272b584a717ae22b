"""French."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "title": "Ce que garde ce serveur : rien",
    "intro": "Cette page vient d’être faite par le serveur lui-même. Il a regardé ses propres processus en marche et dit ce qu’il a vu.",
    "tested": "Vérifié à l’instant",
    "when": "Regardé : {time} (UTC)",
    "outcome.fine": "Comme promis",
    "outcome.unknown": "Impossible à vérifier ici",
    "outcome.warning": "Pas entièrement",
    "outcome.broken": "Non",
    "files.fine": "Le serveur n’a ouvert aucun fichier dans lequel il pourrait écrire. Il n’a pas de base de données, et rien qui puisse enregistrer.",
    "files.other": "Le serveur a ouvert des fichiers dans lesquels il pourrait écrire. Cela ne devrait pas être. Dis-le à celles et ceux qui s’en occupent.",
    "logs.fine": "Ce que le serveur note pour celles et ceux qui s’en occupent ne contient ni noms, ni paroles, ni liens, ni adresses réseau.",
    "logs.other": "Le filtre des notes du serveur n’est pas en service. Dis-le à celles et ceux qui s’en occupent.",
    "freed_memory.fine": "Quand une rencontre se termine, ce que le serveur en savait est aussitôt écrasé.",
    "freed_memory.other": "Quand une rencontre se termine, le serveur l’oublie ; des restes peuvent demeurer dans sa mémoire jusqu’à ce qu’elle resserve.",
    "core_dumps.fine": "Si le serveur tombe en panne, aucune copie de sa mémoire n’est écrite nulle part.",
    "core_dumps.other": "Si le serveur tombait en panne, une copie de sa mémoire pourrait être écrite. Dis-le à celles et ceux qui s’en occupent.",
    "dumpable.fine": "Aucun programme ordinaire de la même machine ne peut regarder dans la mémoire du serveur.",
    "dumpable.other": "Il n’est pas certain qu’aucun autre programme de la machine ne puisse regarder dans la mémoire du serveur.",
    "locked_memory.fine": "Ce que sait le serveur ne va pas dans l’espace d’échange sur le disque de la machine.",
    "locked_memory.other": "La machine peut déposer un moment des parties de la mémoire du serveur sur son disque. Celles et ceux qui s’en occupent peuvent l’empêcher.",
    "swapped.fine": "Rien de la mémoire du serveur n’est en ce moment sur le disque de la machine.",
    "swapped.other": "Il n’est pas certain que rien de la mémoire du serveur ne soit en ce moment sur le disque de la machine.",
    "tls.fine": "Le chemin de ton navigateur à ce serveur est chiffré.",
    "tls.other": "Le chemin de ton navigateur à ce serveur n’est pas chiffré. C’est ainsi seulement quand les deux sont la même machine.",
    "sealed.title": "Ce que le serveur ne peut pas lire du tout",
    "sealed": "Les noms, les mots, le son et l’image sont fermés sur ton appareil et ouverts sur ceux des autres. Le serveur les transmet et n’a pas la clé. Cela reste vrai même si tout le reste de cette page était faux.",
    "knows.title": "Ce que le serveur sait pendant une rencontre",
    "knows": "Combien de personnes sont connectées, qui anime, qui est dans quelle salle et à qui est le tour, chacune sous un numéro tiré au hasard ; et les adresses réseau, dont il a besoin pour te joindre.",
    "untested.title": "Ce qui ne peut pas être vérifié de l’intérieur",
    "untested.honest": "Si cette machine exécute vraiment le programme qu’elle dit. Quelqu’un de malhonnête pourrait montrer cette page quand même.",
    "untested.machine": "Ce que fait la machine au-dessous : celles et ceux qui la gèrent, ses sauvegardes, les copies de sa mémoire.",
    "untested.network": "Ce que notent les fournisseurs de réseau ou un serveur intermédiaire : que ton adresse s’est connectée à celle-ci, et quand.",
    "untested.people": "Ce que font les gens : quelqu’un peut photographier son écran, ou avoir sur son téléphone un programme qui surveille.",
    "untested.browser": "Ce que note ton propre navigateur : son historique retient que tu es venue ici. Une fenêtre privée l’oublie.",
    "untested.law": "Ce que la loi exige là où vivent les gens de ton groupe. Demande-leur ce qu’ils doivent transmettre.",
    "machine_readable": "La même chose pour les machines",
}
