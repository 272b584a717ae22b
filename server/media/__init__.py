"""The selective forwarding unit: moves sealed media between browsers and never decodes it."""
