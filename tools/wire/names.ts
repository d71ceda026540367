/** TRANSFER_NOTIFY → TransferNotify, byReceiver → ByReceiver */
export function pascalCase(name: string): string {
  return words(name)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
}

/** byReceiver → BY_RECEIVER */
export function upperSnakeCase(name: string): string {
  return words(name).join('_').toUpperCase();
}

/** TRANSFER_NOTIFY → transfer-notify, ControlPacket → control-packet */
export function kebabCase(name: string): string {
  return words(name).join('-');
}

function words(name: string): string[] {
  const spaced = name === name.toUpperCase() ? name : name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return spaced.toLowerCase().split('_');
}
