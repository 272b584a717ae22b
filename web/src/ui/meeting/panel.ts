/** Which panel stands beside the tiles, or above them on a phone; read by the meeting's components. */
export type PanelName = 'chat' | 'people' | 'circle' | 'rooms' | 'session' | 'lead' | 'grants';
