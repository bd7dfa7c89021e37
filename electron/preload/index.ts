import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { APP_EVENT_NAMES, EVENT_CHANNEL, GIVEN_CHANNEL, REQUEST_CHANNEL, REQUESTS } from '../../shared/contract/ipc.ts';
import { createBridge } from './bridge.ts';

const bridge = createBridge({
  requestNames: Object.keys(REQUESTS),
  eventNames: APP_EVENT_NAMES,
  invoke: (name, payload) => ipcRenderer.invoke(REQUEST_CHANNEL, name, payload),
  give: (paths) => ipcRenderer.send(GIVEN_CHANNEL, paths),
  pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
});
ipcRenderer.on(EVENT_CHANNEL, (_event, name, payload) => bridge.deliver(name, payload));
contextBridge.exposeInMainWorld('inquest', bridge.exposed);
